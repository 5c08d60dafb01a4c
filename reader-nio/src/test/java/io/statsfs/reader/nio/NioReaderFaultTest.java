package io.statsfs.reader.nio;

import io.statsfs.contracts.FaultContract;

class NioReaderFaultTest extends FaultContract {
  @Override
  protected String reader() {
    return "nio";
  }
}
