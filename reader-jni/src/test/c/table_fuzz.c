/* Texts of any shape, made of any bytes, against the reference. */
#include "table_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  compare_tables(data, size);
  return 0;
}
