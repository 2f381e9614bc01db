using System.Diagnostics;
using System.Globalization;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Machine;

public sealed class MachineTests
{
    [Theory]
    [InlineData("6.1.0-28-amd64", 6, 1)]
    [InlineData("6.18.44-fc-v595", 6, 18)]
    [InlineData("5.4", 5, 4)]
    [InlineData("6.12+deb13", 6, 12)]
    public void A_release_has_a_version(string release, int major, int minor) =>
        Assert.Equal(new Version(major, minor), Kernel.ParseVersion(release));

    [Fact]
    public void The_release_is_that_of_uname() => Assert.Equal(TestProcess.Run(null, "uname", "-r").Output.Trim(), Kernel.Release);

    [Fact]
    public void Groups_are_found_by_their_whole_name()
    {
        string[] lines = ["root:x:0:", "ciliate-old:x:7:", "broken", "ciliate:x:998:alice,bob"];
        Assert.Equal(998u, UserDatabase.FindGroup("ciliate", lines));
        Assert.Null(UserDatabase.FindGroup("cili", lines));
        Assert.Null(UserDatabase.FindGroup("broken", lines));
        Assert.Equal(0u, UserDatabase.FindGroup("root"));
    }

    [Fact]
    public void The_effective_user_is_that_of_id() =>
        Assert.Equal(
            TestProcess.Run(null, "id", "-u").Output.Trim(),
            CurrentProcess.EffectiveUserId.ToString(CultureInfo.InvariantCulture));

    [Fact]
    public void Clocks_agree_with_each_other()
    {
        ulong coarse = KernelClock.MonotonicCoarse;
        ulong fine = KernelClock.Monotonic;
        ulong boot = KernelClock.BootTime;
        ulong stopwatch = (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

        Assert.True(coarse <= fine && fine <= boot + 1_000_000_000, $"{coarse} {fine} {boot}");
        Assert.InRange(stopwatch, fine, fine + 5_000_000_000);
    }

    [Fact]
    public void The_clock_of_a_thread_goes_only_while_it_runs() => DedicatedThread.Run("clock", () =>
    {
        const int slept = 100;
        ulong before = KernelClock.OfThread;
        Thread.Sleep(slept);
        ulong after = KernelClock.OfThread;
        Assert.InRange(after, before + 1, before + (slept * 1_000_000 / 2));
        return true;
    });

    [Fact]
    public void A_pinned_thread_may_run_on_its_processor_only_and_others_stay_free()
    {
        Assert.Equal("0", DedicatedThread.Run("pinned", () =>
        {
            CurrentProcess.PinThread(0);
            return AllowedProcessors();
        }));
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => DedicatedThread.Run("pinned", () =>
        {
            CurrentProcess.PinThread(1023);
            return 0;
        })).Errno);
    }

    [Fact]
    public void The_limit_on_locked_memory_is_lifted_or_known_to_stay()
    {
        bool raised = CurrentProcess.TryRaiseLockedMemoryLimit();
        string limit = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max locked memory", StringComparison.Ordinal));
        Assert.Equal(raised, limit.Contains("unlimited", StringComparison.Ordinal));
    }

    private static string AllowedProcessors() => File.ReadLines("/proc/thread-self/status")
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
}
