using Ciliate.Agent.Endpoints;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>Programs find an endpoint by the lower bits of its interface's index, which no two may share.</summary>
[Collection(typeof(Alone))]
public sealed class InterfaceTests : IDisposable
{
    private readonly KernelAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void An_endpoint_whose_interface_would_share_them_gets_an_index_that_is_free()
    {
        _agent.Add(_agent.RequestFor("web", "app=web"));
        int first = Added("web").HostIfIndex, wall = first + 50;
        var places = _agent.Datapath.Maps.Interfaces;
        // As if another endpoint had each of the next indexes.
        for (int index = first + 1; index < wall; index++)
            places[index] = 4000;
        // The first that is free is somebody else's interface.
        _agent.Host.Route.CreateVeth(new Netlink.VethSpec("theirs", "theirsx") { Index = wall });

        _agent.Add(_agent.RequestFor("db", "app=db"));

        Assert.Equal((wall + 1, "cil2"), (Added("db").HostIfIndex, _agent.Host.Route.GetLink(wall + 1).Name));
        Assert.Empty(_agent.Datapath.MissingPrograms(Added("db").Id));
    }

    private Endpoint Added(string name) => _agent.Services.Endpoints.Endpoints.Rows.Single(endpoint => endpoint.Name == name);
}
