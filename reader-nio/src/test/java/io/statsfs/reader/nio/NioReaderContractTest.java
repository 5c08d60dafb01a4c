package io.statsfs.reader.nio;

import io.statsfs.contracts.ReaderContract;

class NioReaderContractTest extends ReaderContract {
  @Override
  protected String reader() {
    return "nio";
  }
}
