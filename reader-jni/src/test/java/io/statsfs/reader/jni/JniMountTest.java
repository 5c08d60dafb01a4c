package io.statsfs.reader.jni;

import io.statsfs.contracts.MountContract;

class JniMountTest extends MountContract {
  @Override
  protected String reader() {
    return "jni";
  }

  @Override
  protected boolean isNative() {
    return true;
  }
}
