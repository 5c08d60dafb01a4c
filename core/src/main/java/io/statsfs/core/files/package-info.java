/** The backend of files: finds trees of files and their stats, and has a reader read them. */
@NullMarked
package io.statsfs.core.files;

import org.jspecify.annotations.NullMarked;
