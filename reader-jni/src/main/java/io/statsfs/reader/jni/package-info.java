/** The reader {@code jni}, and whether it can be used: {@link io.statsfs.reader.jni.JniReader}. */
@NullMarked
package io.statsfs.reader.jni;

import org.jspecify.annotations.NullMarked;
