using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Hosting;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>What others take away from an endpoint comes back.</summary>
[Collection(typeof(Alone))]
public sealed class GuardTests : IDisposable
{
    private const string IPv4Forwarding = "net/ipv4/conf/cil1/forwarding", IPv6Forwarding = "net/ipv6/conf/cil1/forwarding";

    private static readonly string[] s_both = ["from_container", "to_container"];

    private readonly KernelAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_deleted_qdisc_is_made_again_with_its_filters()
    {
        Endpoint endpoint = AddWith(HookKind.Clsact);
        _agent.Host.Route.DeleteClsact(endpoint.HostIfIndex);
        Assert.Equal(s_both, Missing());

        Check();

        Assert.Empty(Missing());
        Assert.Equal(["1", "1"], Forwarding());
        Assert.Null(Current().Problem);
    }

    [Theory]
    [InlineData(FilterDirection.Ingress, "from_container")]
    [InlineData(FilterDirection.Egress, "to_container")]
    public void A_deleted_filter_is_made_again(FilterDirection direction, string program)
    {
        Endpoint endpoint = AddWith(HookKind.Clsact);
        _agent.Host.Route.DeleteFilter(Assert.Single(_agent.Host.Route.ListFilters(endpoint.HostIfIndex, direction)));
        Assert.Equal([program], Missing());

        Check();

        Assert.Empty(Missing());
        Assert.Single(_agent.Host.Route.ListFilters(endpoint.HostIfIndex, direction));
    }

    [Fact]
    public void Links_that_were_detached_are_made_again_where_the_kernel_has_them()
    {
        AddWith(KernelFeatures.Tcx.IsSupported ? HookKind.Tcx : HookKind.Clsact);
        foreach (string pin in Directory.GetFiles(Path.Combine(_agent.BpfRoot, "endpoints", "1")))
        {
            using BpfLink link = BpfLink.OpenPinned(pin);
            link.Detach();
        }

        Assert.Equal(KernelFeatures.Tcx.IsSupported ? s_both : [], Missing());

        Check();

        Assert.Empty(Missing());
    }

    [Fact]
    public void What_cannot_be_attached_again_is_told_and_nothing_is_forwarded_until_it_can()
    {
        Endpoint endpoint = AddWith(HookKind.Clsact);
        _agent.Host.Route.DeleteClsact(endpoint.HostIfIndex);
        Tc("add", "ingress");

        Check();
        Check();
        Assert.Contains("from_container and to_container at cil1 taken away by somebody", Current().Problem, StringComparison.Ordinal);
        Assert.Equal(["0", "0"], Forwarding());

        Tc("delete", "ingress");
        _agent.KeepHouse();
        Assert.Null(Current().Problem);
        Assert.Empty(Missing());
        Assert.Equal(["1", "1"], Forwarding());
    }

    [Fact]
    public void Forwarding_that_was_switched_off_for_the_host_is_on_again_for_its_endpoints_alone()
    {
        AddWith(HookKind.Clsact);
        foreach (string value in new[] { "1", "0" })
        {
            Sysctl.Write(_agent.Host.Namespace, "net/ipv4/ip_forward", value);
            Sysctl.Write(_agent.Host.Namespace, "net/ipv6/conf/all/forwarding", value);
        }

        Assert.Equal(["0", "0"], Forwarding());

        Check();

        Assert.Equal(["1", "1"], Forwarding());
        Assert.Equal("0", Sysctl.Read(_agent.Host.Namespace, "net/ipv4/conf/lo/forwarding"));
    }

    [Fact]
    public async Task A_running_agent_hears_of_it()
    {
        Endpoint endpoint = AddWith(HookKind.Clsact);
        _agent.Stop();
        // Its clock stands still, and so does housekeeping.
        using (KernelDatapath datapath = _agent.Host.Run(() => KernelDatapath.Open(Options(HookKind.Clsact))))
        await using (await RunningAgent.StartAsync(
            _agent.Configuration, _agent.Host.Namespace, datapath, new StoppedClock(), NullLoggerProvider.Instance, TestContext.Current.CancellationToken))
        {
            _agent.Host.Route.DeleteClsact(endpoint.HostIfIndex);
            Eventually.Holds(() => datapath.MissingPrograms(1).Count == 0, "the programs are back", TimeSpan.FromSeconds(60));
            Sysctl.Write(_agent.Host.Namespace, IPv4Forwarding, "0");
            Eventually.Holds(() => Forwarding()[0] == "1", "forwarding is back", TimeSpan.FromSeconds(60));
        }

        _agent.Start(Options(HookKind.Clsact));
    }

    private Endpoint AddWith(HookKind hooks)
    {
        _agent.Stop();
        _agent.Start(Options(hooks));
        _agent.Add(_agent.RequestFor("web", "app=web"));
        Assert.Empty(Missing());
        return Current();
    }

    private DatapathOptions Options(HookKind hooks) => _agent.Options with { Hooks = hooks };

    private Endpoint Current() => Assert.Single(_agent.Services.Endpoints.Endpoints.Rows);

    private IReadOnlyList<string> Missing() => _agent.Datapath.MissingPrograms(1);

    private void Check() => _agent.Host.Run(() => _agent.Services.Guard.Check(_agent.Services.Host.Look()));

    private string[] Forwarding() => [.. new[] { IPv4Forwarding, IPv6Forwarding }.Select(setting => Sysctl.Read(_agent.Host.Namespace, setting))];

    private void Tc(string verb, string kind) =>
        Assert.Equal(0, TestProcess.Run(_agent.Host, "tc", "qdisc", verb, "dev", "cil1", kind).ExitCode);
}
