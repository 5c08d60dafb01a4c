/** The backend of mounted file systems. */
@NullMarked
package io.statsfs.core.filesystems;

import org.jspecify.annotations.NullMarked;
