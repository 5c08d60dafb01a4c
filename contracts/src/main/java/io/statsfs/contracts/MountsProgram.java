package io.statsfs.contracts;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.process.Command;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Mounts many file systems in memory, in the mount namespace that it was started in, and samples
 * them. Arguments: the reader, how many, and a directory.
 */
final class MountsProgram {
  private MountsProgram() {}

  public static void main(String... arguments) {
    String reader = arguments[0];
    int count = Integer.parseInt(arguments[1]);
    Path base = Path.of(arguments[2]);
    Command.run(
        "sh",
        "-c",
        "cd \"$0\" && for i in $(seq "
            + count
            + "); do mkdir n$i && mount -t tmpfs -o size=$((i*4))k tmpfs n$i || exit 1; done",
        base.toString());
    try (StatsFs fs =
            StatsFs.builder()
                .backend(MountContract.found())
                .reader(reader)
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler(stat -> stat.source().device().startsWith(base + "/n"))) {
      long allocated = Allocation.ofSamples(sampler, 5) / 5;
      int sources = 0;
      int right = 0;
      for (int i = 0; i < sampler.size(); i++) {
        if (sampler.stat(i).name().equals("size")) {
          sources++;
          String number = sampler.stat(i).source().device().substring((base + "/n").length());
          boolean isRight =
              sampler.status(i) == Status.OK
                  && sampler.longValue(i) == Long.parseLong(number) * 4096;
          right += isRight ? 1 : 0;
        }
      }
      System.out.println("sources=" + sources);
      System.out.println("right=" + right);
      System.out.println("allocated=" + allocated);
    }
  }
}
