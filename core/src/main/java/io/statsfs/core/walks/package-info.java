/** The backends of what is counted in going through all of something: processes and sockets. */
@NullMarked
package io.statsfs.core.walks;

import org.jspecify.annotations.NullMarked;
