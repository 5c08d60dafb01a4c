/* What io.statsfs.reader.jni.Native declares. */
#include <jni.h>

#include "batch.h"
#include "directory.h"
#include "kvm.h"
#include "look.h"
#include "mounts.h"
#include "system.h"

#ifndef STATSFS_VERSION
#error "STATSFS_VERSION must be that of the jar."
#endif

#define NATIVE(result, name) JNIEXPORT result JNICALL Java_io_statsfs_reader_jni_Native_##name

/* The application needs the other three quarters of its descriptors. */
enum { SHARE_OF_DESCRIPTORS = 4, MOST_DESCRIPTORS = 100000 };

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
  (void)vm;
  (void)reserved;
  uint64_t files = sfs_descriptor_limit() / SHARE_OF_DESCRIPTORS;
  sfs_set_descriptor_budget(files < MOST_DESCRIPTORS ? (int32_t)files : MOST_DESCRIPTORS);
  return JNI_VERSION_10;
}

NATIVE(jstring, version)(JNIEnv *env, jclass class) {
  (void)class;
  return (*env)->NewStringUTF(env, STATSFS_VERSION);
}

NATIVE(void, setDescriptorBudget)(JNIEnv *env, jclass class, jint files) {
  (void)env;
  (void)class;
  sfs_set_descriptor_budget(files);
}

NATIVE(jlong, address)(JNIEnv *env, jclass class, jobject buffer) {
  (void)class;
  return (jlong)(intptr_t)(*env)->GetDirectBufferAddress(env, buffer);
}

NATIVE(jlong, open)
(JNIEnv *env, jclass class, jlong plan, jlong bytes, jlong previous) {
  (void)env;
  (void)class;
  struct sfs_batch *batch = NULL;
  long error = sfs_batch_open((const int32_t *)(intptr_t)plan, (size_t)bytes,
                              (struct sfs_batch *)(intptr_t)previous, &batch);
  return error < 0 ? error : (jlong)(intptr_t)batch;
}

NATIVE(jint, sample)
(JNIEnv *env, jclass class, jlong batch, jboolean by_netlink, jlong values, jlong outcomes) {
  (void)env;
  (void)class;
  return sfs_batch_sample((struct sfs_batch *)(intptr_t)batch, by_netlink == JNI_TRUE,
                          (int64_t *)(intptr_t)values, (uint32_t *)(intptr_t)outcomes);
}

NATIVE(jint, nextOutdated)(JNIEnv *env, jclass class, jlong batch, jint from) {
  (void)env;
  (void)class;
  return sfs_batch_next_outdated((struct sfs_batch *)(intptr_t)batch, from);
}

NATIVE(jbyteArray, text)(JNIEnv *env, jclass class, jlong batch, jint offset, jint length) {
  (void)class;
  jbyteArray bytes = (*env)->NewByteArray(env, length);
  if (bytes == NULL) {
    /* A sample throws nothing: the stat gets a status. */
    (*env)->ExceptionClear(env);
  } else {
    const char *text = sfs_batch_text((struct sfs_batch *)(intptr_t)batch);
    (*env)->SetByteArrayRegion(env, bytes, 0, length, (const jbyte *)text + offset);
  }
  return bytes;
}

NATIVE(jint, position)(JNIEnv *env, jclass class, jlong batch) {
  (void)env;
  (void)class;
  return sfs_batch_position((struct sfs_batch *)(intptr_t)batch);
}

NATIVE(jint, kept)(JNIEnv *env, jclass class, jlong batch) {
  (void)env;
  (void)class;
  return sfs_batch_kept((struct sfs_batch *)(intptr_t)batch);
}

NATIVE(jint, notKept)(JNIEnv *env, jclass class, jlong batch) {
  (void)env;
  (void)class;
  return sfs_batch_not_kept((struct sfs_batch *)(intptr_t)batch);
}

NATIVE(void, close)(JNIEnv *env, jclass class, jlong batch) {
  (void)env;
  (void)class;
  sfs_batch_close((struct sfs_batch *)(intptr_t)batch);
}

enum { STATUS_VALUES = 7 };

static void put_status(JNIEnv *env, const struct sfs_whole_stat *its, jlongArray result, jsize at) {
  const jlong values[STATUS_VALUES] = {
      its->mode,        (jlong)its->device, (jlong)its->inode, (jlong)its->links,
      its->modified[0], its->modified[1],   its->size};
  (*env)->SetLongArrayRegion(env, result, at, STATUS_VALUES, values);
}

NATIVE(jlong, list)
(JNIEnv *env, jclass class, jlong memory, jlong size, jboolean with_modes, jlongArray result) {
  (void)class;
  struct sfs_whole_stat its;
  long bytes = sfs_list((char *)(intptr_t)memory, (size_t)size, with_modes == JNI_TRUE, &its);
  if (bytes >= 0) {
    put_status(env, &its, result, 0);
  }
  return bytes;
}

NATIVE(jlong, read)(JNIEnv *env, jclass class, jlong memory, jlong size) {
  (void)env;
  (void)class;
  return sfs_read_file((char *)(intptr_t)memory, (size_t)size);
}

NATIVE(jint, look)
(JNIEnv *env, jclass class, jbyteArray path, jboolean follows_link, jlongArray result) {
  (void)class;
  char name[SFS_PATH_BYTES];
  jsize length = (*env)->GetArrayLength(env, path);
  if (length >= SFS_PATH_BYTES) {
    return -SFS_ENAMETOOLONG;
  }
  (*env)->GetByteArrayRegion(env, path, 0, length, (jbyte *)name);
  name[length] = 0;
  struct sfs_whole_stat its;
  long error =
      sfs_whole_fstatat(SFS_AT_FDCWD, name, follows_link == JNI_TRUE ? 0 : SFS_AT_SYMLINK_NOFOLLOW, &its);
  if (error < 0) {
    return (jint)error;
  }
  put_status(env, &its, result, 0);
  return 0;
}

NATIVE(jint, lookAll)(JNIEnv *env, jclass class, jlong memory, jint names, jlongArray results) {
  (void)class;
  const char *name = (const char *)(intptr_t)memory;
  int directory = sfs_openat(SFS_AT_FDCWD, name, SFS_O_PATH | SFS_O_DIRECTORY | SFS_O_CLOEXEC);
  if (directory < 0) {
    return directory;
  }
  for (jint i = 0; i < names; i++) {
    while (*name++ != 0) {
    }
    struct sfs_whole_stat its;
    jlong error = sfs_whole_fstatat(directory, name, SFS_AT_SYMLINK_NOFOLLOW, &its);
    if (error < 0) {
      (*env)->SetLongArrayRegion(env, results, i * STATUS_VALUES, 1, &error);
    } else {
      put_status(env, &its, results, i * STATUS_VALUES);
    }
  }
  sfs_close(directory);
  return 0;
}

NATIVE(void, sampleMounts)(JNIEnv *env, jclass class, jlong mounts, jlong values, jlong outcomes) {
  (void)env;
  (void)class;
  sfs_mounts_sample((int32_t *)(intptr_t)mounts, (int64_t *)(intptr_t)values,
                    (uint32_t *)(intptr_t)outcomes);
}

NATIVE(void, closeMounts)(JNIEnv *env, jclass class, jlong mounts) {
  (void)env;
  (void)class;
  sfs_mounts_close((int32_t *)(intptr_t)mounts);
}

NATIVE(jlong, findKvm)(JNIEnv *env, jclass class, jlong memory, jlong size) {
  (void)env;
  (void)class;
  return sfs_kvm_find((char *)(intptr_t)memory, (size_t)size);
}

NATIVE(jlong, describeKvm)
(JNIEnv *env, jclass class, jint pid, jlong start, jint descriptor, jint what, jint number,
 jlong memory, jlong size) {
  (void)env;
  (void)class;
  const struct sfs_kvm_statistics its = {pid, (uint64_t)start, descriptor, what, number};
  return sfs_kvm_describe(&its, (char *)(intptr_t)memory, (size_t)size);
}

NATIVE(void, sampleKvm)(JNIEnv *env, jclass class, jlong machines, jlong values, jlong outcomes) {
  (void)env;
  (void)class;
  sfs_kvm_sample((int32_t *)(intptr_t)machines, (int64_t *)(intptr_t)values,
                 (uint32_t *)(intptr_t)outcomes);
}

NATIVE(void, closeKvm)(JNIEnv *env, jclass class, jlong machines) {
  (void)env;
  (void)class;
  sfs_kvm_close((int32_t *)(intptr_t)machines);
}
