using Ciliate.Bpf;
using Ciliate.Linux;
using Xunit;

namespace Ciliate.Datapath.Tests.Hooks;

/// <summary>An endpoint begins with the programs that all share and is put on its own.</summary>
public sealed class OwnProgramsTests : IDisposable
{
    private readonly GuardedWire _wire = new();

    public static TheoryData<HookKind> Kinds => [.. GuardedWire.Kinds];

    public void Dispose() => _wire.Dispose();

    [Theory, MemberData(nameof(Kinds))]
    public void An_endpoint_is_put_on_programs_of_its_own_and_gets_others_when_it_is_attached_again(HookKind kind)
    {
        using var datapath = _wire.Open(kind);
        _wire.Attach(datapath);
        uint[] shared = IdsOf(datapath, TailoringState.Pending);

        Assert.Equal(TailoringState.Tailored, Settle(datapath)!.State);
        uint[] own = IdsOf(datapath, TailoringState.Tailored);
        Assert.Empty(own.Intersect(shared));
        Assert.Empty(datapath.MissingPrograms(GuardedWire.Id));
        Assert.False(_wire.Hears());
        Assert.Null(Settle(datapath));

        _wire.Attach(datapath);
        Assert.Equal(shared, IdsOf(datapath, TailoringState.Pending));
        Settle(datapath);
        datapath.DetachEndpoint(GuardedWire.Id);
        Assert.True(_wire.Hears());
        Assert.Empty(_wire.Records());
        Assert.Empty(_wire.Filters());
        Assert.All(own, IsGone);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Its_own_programs_outlive_the_datapath_and_the_next_one_begins_anew(HookKind kind)
    {
        uint[] own;
        using (var datapath = _wire.Open(kind))
        {
            _wire.Attach(datapath);
            Settle(datapath);
            own = IdsOf(datapath, TailoringState.Tailored);
        }
        Assert.False(_wire.Hears());

        using var next = _wire.Open(kind);
        Assert.Equal(own, IdsOf(next, TailoringState.Pending));
        _wire.Attach(next);
        Assert.Empty(IdsOf(next, TailoringState.Pending).Intersect(own));
        Settle(next);

        IdsOf(next, TailoringState.Tailored);
        Assert.Equal(_wire.IfIndex, next.AttachedInterface(GuardedWire.Id));
        Assert.False(_wire.Hears());
    }

    [Fact]
    public void What_it_does_not_need_is_told()
    {
        using var datapath = _wire.Open(GuardedWire.Kinds[0]);
        _wire.Attach(datapath);
        var shared = datapath.ReadPrograms(GuardedWire.Id).Programs;
        Settle(datapath);

        var own = datapath.ReadPrograms(GuardedWire.Id).Programs;

        Assert.Equal(EndpointPrograms.Names, own.Select(program => program.Name));
        Assert.All(own.Zip(shared), pair =>
        {
            var (mine, all) = pair;
            Assert.Equal(all.Instructions, mine.GenericInstructions);
            Assert.InRange(mine.Instructions, 1, all.Instructions - 1);
            Assert.InRange(mine.TranslatedInstructions, 1, all.TranslatedInstructions - 1);
            Assert.True(mine.VerifiedInstructions > 0 && mine.Times is { } times && times.Loading > TimeSpan.Zero);
            Assert.Contains("interfaces", mine.RemovedMaps);
            Assert.Contains("masquerade-ipv4", mine.RemovedFeatures);
            Assert.Contains("endpoint-lookup", all.Features);
            Assert.Equal(["7"], mine.Constants.Where(constant => constant.Name == "own_endpoint").Select(constant => constant.Value));
            Assert.All(mine.Constants, constant => Assert.NotEmpty(constant.Description));
        });
    }

    [Fact]
    public void Where_they_are_switched_off_the_shared_ones_stay()
    {
        using var datapath = _wire.Host.Run(() => KernelDatapath.Open(
            GuardedWire.OptionsOf(_wire.Root, GuardedWire.Kinds[0]) with { TailorPrograms = false }));
        _wire.Attach(datapath);
        uint[] shared = IdsOf(datapath, TailoringState.Pending);

        Assert.Equal(TailoringState.Off, Settle(datapath)!.State);

        Assert.Equal(shared, IdsOf(datapath, TailoringState.Off));
        Assert.Equal([datapath.Program("from_container").Info.Id, datapath.Program("to_container").Info.Id], shared);
    }

    /// <summary>At every point between the beginning and the end.</summary>
    [Fact]
    public async Task Deleting_it_while_they_are_made_leaves_nothing()
    {
        using var datapath = _wire.Open(GuardedWire.Kinds[0]);
        for (int milliseconds = 0; milliseconds < 200; milliseconds += 20)
        {
            _wire.Attach(datapath);
            var settling = Task.Run(() => Settle(datapath));
            Thread.Sleep(milliseconds);
            _wire.Host.Run(() => datapath.DetachEndpoint(GuardedWire.Id));
            await settling;

            Assert.Empty(_wire.Records());
            Assert.Equal(TailoringState.Pending, datapath.ReadPrograms(GuardedWire.Id).State);
        }
    }

    private SettledPrograms? Settle(KernelDatapath datapath) => _wire.Host.Run(() => datapath.SettlePrograms(GuardedWire.Id));

    private static uint[] IdsOf(KernelDatapath datapath, TailoringState state)
    {
        var report = datapath.ReadPrograms(GuardedWire.Id);
        Assert.Equal(state, report.State);
        Assert.All(report.Programs, program => Assert.NotEqual(0u, program.KernelId));
        return [.. report.Programs.Select(program => program.KernelId)];
    }

    /// <summary>The kernel frees a program some time after nobody holds it.</summary>
    private static void IsGone(uint program) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            try
            {
                BpfProgram.Open(program).Dispose();
                return false;
            }
            catch (LinuxException error) when (error.Errno == Errno.ENOENT)
            {
                return true;
            }
        },
        TimeSpan.FromSeconds(30)), $"program {program} is held by somebody");
}
