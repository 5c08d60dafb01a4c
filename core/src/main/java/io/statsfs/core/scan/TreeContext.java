package io.statsfs.core.scan;

import io.statsfs.Limits;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.schema.SchemaCache;

/**
 * What the entries of one tree share from scan to scan.
 *
 * @param shipped what the layout says of stats that no schema of the kernel describes
 * @param known what texts of the layout's files hold, also those of other trees
 * @param isShipped whether the layout comes with this library
 */
record TreeContext(
    Tree tree,
    Limits limits,
    FileAccess files,
    SchemaCache schemas,
    DeclaredStats shipped,
    TreeMounts mounts,
    FileReads reads,
    StatFiles statFiles,
    DeclaredFiles declaredFiles,
    KnownContents.OfLayout known,
    boolean isShipped) {}
