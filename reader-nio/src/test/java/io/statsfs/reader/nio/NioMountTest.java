package io.statsfs.reader.nio;

import io.statsfs.contracts.MountContract;

class NioMountTest extends MountContract {
  @Override
  protected String reader() {
    return "nio";
  }

  @Override
  protected boolean isNative() {
    return false;
  }
}
