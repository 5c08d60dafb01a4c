package io.statsfs.reader.jni;

import io.statsfs.testkit.FaultContract;

class JniReaderFaultTest extends FaultContract {
  @Override
  protected String reader() {
    return "jni";
  }
}
