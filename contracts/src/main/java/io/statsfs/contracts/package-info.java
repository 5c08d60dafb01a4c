/** What readers and backends must do, as tests that whoever writes one runs. */
@NullMarked
package io.statsfs.contracts;

import org.jspecify.annotations.NullMarked;
