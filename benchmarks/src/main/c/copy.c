/* The baseline in the process of the JVM: what io.statsfs.benchmarks.BaselineCopy declares. */
#include <jni.h>

#include "baseline.h"
#include "defaults.h"

JNIEXPORT jint JNICALL Java_io_statsfs_benchmarks_BaselineCopy_load(JNIEnv *env, jclass class,
                                                                     jstring list) {
  (void)class;
  const char *path = (*env)->GetStringUTFChars(env, list, NULL);
  int tree = load(path);
  (*env)->ReleaseStringUTFChars(env, list, path);
  return tree;
}

JNIEXPORT jint JNICALL Java_io_statsfs_benchmarks_BaselineCopy_sample(JNIEnv *env, jclass class,
                                                                       jint tree, jint way) {
  (void)env;
  (void)class;
  return (jint)sample(tree, (enum way)way);
}

JNIEXPORT void JNICALL Java_io_statsfs_benchmarks_BaselineCopy_loadDefaults(JNIEnv *env, jclass class,
                                                                             jstring list) {
  (void)class;
  const char *path = (*env)->GetStringUTFChars(env, list, NULL);
  defaults_load(path);
  (*env)->ReleaseStringUTFChars(env, list, path);
}

JNIEXPORT jint JNICALL Java_io_statsfs_benchmarks_BaselineCopy_sampleDefaults(JNIEnv *env,
                                                                               jclass class) {
  (void)env;
  (void)class;
  return (jint)defaults_sample();
}
