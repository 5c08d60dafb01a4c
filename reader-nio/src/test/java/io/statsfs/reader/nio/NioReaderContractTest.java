package io.statsfs.reader.nio;

import io.statsfs.testkit.ReaderContract;

class NioReaderContractTest extends ReaderContract {
  @Override
  protected String reader() {
    return "nio";
  }
}
