package io.statsfs.reader.jni;

import io.statsfs.contracts.FaultContract;

class JniReaderFaultTest extends FaultContract {
  @Override
  protected String reader() {
    return "jni";
  }
}
