using Ciliate.Bpf;
using Ciliate.Linux;
using Xunit;

namespace Ciliate.Datapath.Tests;

public sealed class KernelRequirementTests
{
    [Fact]
    public void This_kernel_has_all_that_the_datapath_needs() => KernelRequirements.Require();

    [Fact]
    public void All_that_a_kernel_lacks_is_named_in_one_line()
    {
        Feature[] needed = [new("levers", new(5, 1), () => false), new("wheels", new(5, 2), () => true), new("pulleys", new(5, 3), () => false)];

        Assert.Equal(
            $"this kernel ({Kernel.Release}) cannot run the datapath, because it has no levers (Linux 5.1), no pulleys (Linux 5.3); boot Linux 6.1 or later with all of it",
            Assert.Throws<DatapathException>(() => KernelRequirements.Require(needed)).Message);
    }

    /// <summary>A clsact kernel is none that lacks something.</summary>
    [Fact]
    public void Every_feature_that_is_known_is_needed_but_tcx() =>
        Assert.Equal(KernelFeatures.All.Except([KernelFeatures.Tcx]).Select(feature => feature.Name).Order(), KernelRequirements.All.Select(feature => feature.Name).Order());
}
