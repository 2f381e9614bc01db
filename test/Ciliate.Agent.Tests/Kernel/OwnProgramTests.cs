using Ciliate.Agent.Endpoints;
using Ciliate.Datapath;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>Endpoints are given programs of their own, in the place of those that all share.</summary>
[Collection(typeof(Alone))]
public sealed class OwnProgramTests : IDisposable
{
    private readonly KernelAgent _agent = new(tailors: true);

    public OwnProgramTests()
    {
        foreach (string name in new[] { "web", "db" })
            _agent.Add(_agent.RequestFor(name, $"app={name}"));
    }

    private IReadOnlyList<Endpoint> Endpoints => [.. _agent.Services.Endpoints.Endpoints.Rows];

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void Each_has_the_shared_ones_first_and_then_its_own_and_so_it_is_after_a_restart()
    {
        uint[] first = Running(TailoringState.Pending);
        _agent.KeepHouse();
        uint[] own = Running(TailoringState.Tailored);
        _agent.Stop();
        _agent.Start();
        uint[] second = Running(TailoringState.Pending);
        _agent.KeepHouse();
        uint[] ownAgain = Running(TailoringState.Tailored);

        Assert.Equal(2, first.Distinct().Count());
        Assert.Equal(4, own.Distinct().Count());
        Assert.Equal(2, second.Distinct().Count());
        Assert.Equal(4, ownAgain.Distinct().Count());
        Assert.Equal(12, new[] { first, own, second, ownAgain }.SelectMany(programs => programs).Distinct().Count());
        Assert.Empty(_agent.Services.Health.Problems);
    }

    [Fact]
    public void One_that_is_deleted_before_it_has_them_is_forgotten()
    {
        _agent.Delete("web");
        _agent.KeepHouse();

        Assert.Equal("db", Assert.Single(Endpoints).Name);
        Running(TailoringState.Tailored);
        Assert.Equal(0, _agent.Services.Programs.Waiting);
    }

    private uint[] Running(TailoringState state) =>
    [
        .. Endpoints.SelectMany(endpoint =>
        {
            EndpointProgramReport report = _agent.Datapath.ReadPrograms(endpoint.Id);
            Assert.Equal((endpoint.Name, state), (endpoint.Name, report.State));
            return report.Programs.Select(program => program.KernelId);
        }),
    ];
}
