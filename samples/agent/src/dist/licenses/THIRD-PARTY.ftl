Each jar in lib that is not of statsfs for Java, with its coordinates in Maven Central, its licence and where its source is.
Apache-2.0 is the text in ../LICENSE; texts and notices that a jar brings are in the directory of its name, and so are those
of other licences.

<#list dependencyMap as entry>
${entry.getKey().artifactId}-${entry.getKey().version}.jar
  ${entry.getKey().groupId}:${entry.getKey().artifactId}:${entry.getKey().version}
  ${entry.getValue()?join(", ")}
  ${entry.getKey().url!}

</#list>
Inside these jars:

opentelemetry-sdk-trace: parts of JCTools, Apache-2.0, https://github.com/JCTools/JCTools
opentelemetry-context: parts of weak-lock-free, Apache-2.0, https://github.com/raphw/weak-lock-free
okhttp-jvm: the Public Suffix List, MPL-2.0 (https://mozilla.org/MPL/2.0/), https://publicsuffix.org/list/
kotlin-stdlib: functions from Boost, Boost Software License 1.0 (https://www.boost.org/LICENSE_1_0.txt), Copyright Eric Ford
  and Hubert Holin 2001; parts of GWT and Guava, Apache-2.0, Copyright Google Inc. and the Guava Authors
