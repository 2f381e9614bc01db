using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.BadInput;

public sealed class AgentStartTests
{
    [Fact]
    public void A_second_agent_on_the_same_roots_is_refused_and_the_first_works_on()
    {
        using var host = new Host();
        host.Add("present");
        string[] before = [.. host.Traces()];
        using TestProcess second = host.Agent.Launch();

        ProcessResult result = second.WaitForExit();

        Assert.Contains(host.Roots.State, RefusalOf(result), StringComparison.Ordinal);
        Assert.Equal(before, host.Traces());
    }

    [Theory]
    [InlineData("--ipv4-range", "fd00:101::/64")]
    [InlineData("--ipv6-range", "10.1.0.0/16")]
    [InlineData("--ipv4-range", "10.1.0.7/16")]
    [InlineData("--ipv4-range", "10.1.0.0/33")]
    [InlineData("--flow-table-size", "many")]
    [InlineData("--masquerade-ports", "20000")]
    [InlineData("--masquerade-ports", "30000-20000")]
    [InlineData("--masquerade-ports", "80-90")]
    [InlineData("--masquerade-ports", "60000-61000")] // the host has 60000 to 60999 itself
    [InlineData("--masquerade-exclude", "192.0.2.1")]
    [InlineData("--masquerade-exclude", "192.0.2.0/24,2001:db8::/129")]
    [InlineData("--devices", "wan0,no/such")]
    [InlineData("--devices", "longer-than-any-interface")]
    [InlineData("--frobnicate", "yes")]
    public void An_option_that_makes_no_sense_is_named_and_nothing_is_made(string option, string value)
    {
        using var place = new TestNamespace("host");
        using var roots = new AgentRoots();
        using var agent = new Agent(place, roots, new CiliateCommand(place, roots), [option, value]);
        using TestProcess process = agent.Launch();

        ProcessResult result = process.WaitForExit();

        Assert.Contains(option[2..], RefusalOf(result), StringComparison.Ordinal);
        Assert.Empty(roots.Files());
        Assert.Equal("lo", Assert.Single(place.Route.ListLinks()).Name);
    }

    [Fact]
    public void What_the_kernel_lacks_is_named_in_one_line_and_nothing_is_made()
    {
        const uint mapFreeze = 22, mapLookupBatch = 24; // enum bpf_cmd
        using var place = new TestNamespace("host");
        using var roots = new AgentRoots();
        using var agent = new Agent(place, roots, new CiliateCommand(place, roots), []);
        using TestProcess process = LackingKernel.Start([mapFreeze, mapLookupBatch], agent.Launch);

        ProcessResult result = process.WaitForExit();

        Assert.Equal(
            $"ciliated: this kernel ({Kernel.Release}) cannot run the datapath, because it has no freezing of maps (Linux 5.2), no map calls in batches (Linux 5.6); boot Linux 6.1 or later with all of it",
            RefusalOf(result));
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(roots.Files());
    }

    /// <summary>In a mount namespace of its own, in which an empty directory stands where the kernel tells of its types.</summary>
    [Fact]
    public void A_kernel_that_does_not_tell_of_its_types_is_refused_and_nothing_is_made()
    {
        using var place = new TestNamespace("host");
        using var roots = new AgentRoots();
        string agent = $"{Executables.Agent} --socket {roots.Socket} --state-dir {roots.State} --bpf-root {roots.Pins}";

        ProcessResult result = TestProcess.Run(
            place, "unshare", "--mount", "--propagation", "private", "sh", "-c", $"mount -t tmpfs none /sys/kernel/btf && exec {agent}");

        Assert.Equal(
            $"ciliated: this kernel ({Kernel.Release}) cannot run the datapath, because it has no types of its own in /sys/kernel/btf/vmlinux, as CONFIG_DEBUG_INFO_BTF gives (Linux 5.4); boot Linux 6.1 or later with all of it",
            RefusalOf(result));
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(roots.Files());
    }

    [Fact]
    public void Without_an_agent_the_client_says_where_it_looked()
    {
        using var place = new TestNamespace("host");
        using var roots = new AgentRoots();

        Assert.Contains(roots.Socket, new CiliateCommand(place, roots).Refused("status"), StringComparison.Ordinal);
    }

    private static string RefusalOf(ProcessResult result)
    {
        Assert.True(result.ExitCode is 1 or 2, $"ciliated ended with {result.ExitCode}: {result.Errors}");
        return Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
