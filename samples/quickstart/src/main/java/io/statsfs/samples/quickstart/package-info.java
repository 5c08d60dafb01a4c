/** What the README shows. */
package io.statsfs.samples.quickstart;
