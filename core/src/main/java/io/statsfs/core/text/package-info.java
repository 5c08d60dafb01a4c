/**
 * What the text of statistics files means, without reading any: names, numbers, files of many
 * values, and the errors of reading. For authors of readers; applications do not need it.
 */
@NullMarked
package io.statsfs.core.text;

import org.jspecify.annotations.NullMarked;
