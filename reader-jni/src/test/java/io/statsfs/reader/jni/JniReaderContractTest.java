package io.statsfs.reader.jni;

import io.statsfs.contracts.ReaderContract;

class JniReaderContractTest extends ReaderContract {
  @Override
  protected String reader() {
    return "jni";
  }
}
