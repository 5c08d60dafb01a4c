/*
 * Tables of /proc as one would take them apart by hand: a parser for each file, which knows its form,
 * and shares nothing with the library. Each stores the numbers of a text, in their order, and returns
 * how many there are.
 */
#ifndef STATSFS_TABLES_H
#define STATSFS_TABLES_H

#include <stddef.h>
#include <stdint.h>

/* The ten columns of each CPU but not their sum; of the other lines the first number. */
size_t parse_stat(const char *text, const char *end, uint64_t *values);

/* All numbers, of all protocols. */
size_t parse_snmp(const char *text, const char *end, uint64_t *values);

/* All numbers of all CPUs. */
size_t parse_softirqs(const char *text, const char *end, uint64_t *values);

/* What kernels have counted of each disk since 5.5; neither of partitions nor of loop, ram and zram devices. */
size_t parse_diskstats(const char *text, const char *end, uint64_t *values);

#endif
