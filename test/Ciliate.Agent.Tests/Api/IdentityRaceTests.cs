using Ciliate.Agent.Identities;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Api;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Api;

/// <summary>Many clients at once give the same labels to endpoints and take them away.</summary>
public sealed class IdentityRaceTests : ServedAgent, IDisposable
{
    private const int Clients = 16;

    private readonly TestNamespace[] _containers = [.. Enumerable.Range(0, Clients).Select(_ => new TestNamespace("container"))];
    private readonly ShiftedClock _clock = new();

    protected override TimeProvider Time => _clock;

    public void Dispose() => Array.ForEach(_containers, container => container.Dispose());

    [Fact(Timeout = 60_000)]
    public async Task Equal_labels_are_one_identity_for_all_and_its_number_rests_after_the_last()
    {
        EndpointResource[] added = await AllAsync(AddAsync);
        uint number = Assert.Single(added.Select(endpoint => endpoint.Status.Identity.Id).Distinct());
        Assert.Equal([(number, Clients)], await IdentitiesAsync());

        EndpointResource[] changed = await AllAsync(i => Client.PatchLabelsAsync(Name(i), new LabelConfigurationSpec(["app=db"]), Cancellation));
        uint other = Assert.Single(changed.Select(endpoint => endpoint.Status.Identity.Id).Distinct());
        Assert.NotEqual(number, other);
        while (await IdentitiesAsync() is var left && left.Any(identity => identity.Id == number))
        {
            // Nobody has it any more, and housekeeping lets go of it.
            Assert.Equal([(number, 0), (other, Clients)], left);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }

        Assert.Equal([(other, Clients)], await IdentitiesAsync());

        await AllAsync(DeleteAsync);
        Assert.Empty(await IdentitiesAsync());
        _clock.Advance(IdentityAllocator.Quarantine / 2);
        Assert.Equal(number, Assert.Single((await AllAsync(AddAsync)).Select(endpoint => endpoint.Status.Identity.Id).Distinct()));

        await AllAsync(DeleteAsync);
        _clock.Advance(IdentityAllocator.Quarantine + TimeSpan.FromSeconds(1));
        uint fresh = Assert.Single((await AllAsync(AddAsync)).Select(endpoint => endpoint.Status.Identity.Id).Distinct());
        Assert.DoesNotContain(fresh, new[] { number, other });
        Assert.Equal([(fresh, Clients)], await IdentitiesAsync());
    }

    private static Task<T[]> AllAsync<T>(Func<int, Task<T>> request) => Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(() => request(i))));

    private Task<EndpointResource> AddAsync(int i) => Client.PutEndpointAsync(
        Name(i), new EndpointChangeRequest(i % 2 == 0 ? ["app=web", "tier=front"] : ["tier=front", "app=web"], _containers[i].Path), Cancellation);

    private async Task<bool> DeleteAsync(int i)
    {
        await Client.DeleteEndpointAsync("name:" + Name(i), Cancellation);
        return true;
    }

    private static string Name(int i) => $"c{i}";

    /// <summary>Those of endpoints, with the number of these.</summary>
    private async Task<(uint Id, int Endpoints)[]> IdentitiesAsync() =>
    [
        .. (await Client.GetIdentitiesAsync(Cancellation))
            .Where(entry => entry.Endpoints.Count > 0 || entry.Id >= 256).Select(entry => (entry.Id, entry.Endpoints.Count)).Order(),
    ];
}
