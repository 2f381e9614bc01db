using Ciliate.Linux;
using Xunit;

namespace Ciliate.Bpf.Tests.Features;

public sealed class FeatureTests
{
    [Fact]
    public void This_kernel_has_what_its_release_promises_and_nothing_later() =>
        Assert.All(KernelFeatures.All, feature => Assert.Equal(Kernel.Version >= feature.MinimumKernel, feature.IsSupported));

    [Fact]
    public void A_helper_that_no_kernel_has_is_not_found() => Assert.False(FeatureProbes.SchedClsHelper(100_000));

    [Fact]
    public void An_answer_is_asked_for_once()
    {
        int probes = 0;
        var feature = new Feature("x", new(1, 0), () => ++probes > 0);

        Assert.True(feature.IsSupported && feature.IsSupported);
        Assert.Equal(1, probes);
    }

    [Fact]
    public void An_inconclusive_probe_is_asked_again()
    {
        int probes = 0;
        var feature = new Feature("x", new(1, 0), () => ++probes > 1 ? true : throw new LinuxException("probe x", Errno.ENOMEM));

        Assert.Throws<LinuxException>(() => feature.IsSupported);
        Assert.True(feature.IsSupported);
    }

    [Fact]
    public void What_is_missing_is_named_with_the_kernel_that_has_it()
    {
        var feature = new Feature("time travel", new(9, 1), () => false);

        Assert.Equal($"this kernel ({Kernel.Release}) has no time travel: Linux 9.1 or later is needed",
            Assert.Throws<FeatureMissingException>(feature.Require).Message);
    }
}
