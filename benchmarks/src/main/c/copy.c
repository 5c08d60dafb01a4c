/* The baseline in the process of the JVM: what io.statsfs.benchmarks.BaselineCopy declares. */
#define _GNU_SOURCE
#include <jni.h>
#include <time.h>

#include "baseline.h"
#include "defaults.h"

JNIEXPORT jlong JNICALL Java_io_statsfs_benchmarks_BaselineCopy_cpuNanos(JNIEnv *env, jclass class) {
  (void)env;
  (void)class;
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (jlong)t.tv_sec * 1000000000 + t.tv_nsec;
}

JNIEXPORT jlong JNICALL Java_io_statsfs_benchmarks_BaselineCopy_threadCpuNanos(JNIEnv *env, jclass class) {
  (void)env;
  (void)class;
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (jlong)t.tv_sec * 1000000000 + t.tv_nsec;
}

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

JNIEXPORT void JNICALL Java_io_statsfs_benchmarks_BaselineCopy_renew(JNIEnv *env, jclass class,
                                                                      jint tree) {
  (void)env;
  (void)class;
  renew(tree);
}

JNIEXPORT void JNICALL Java_io_statsfs_benchmarks_BaselineCopy_renewDefaults(JNIEnv *env, jclass class) {
  (void)env;
  (void)class;
  defaults_renew();
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
