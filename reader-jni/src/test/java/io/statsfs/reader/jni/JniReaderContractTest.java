package io.statsfs.reader.jni;

import io.statsfs.testkit.ReaderContract;

class JniReaderContractTest extends ReaderContract {
  @Override
  protected String reader() {
    return "jni";
  }
}
