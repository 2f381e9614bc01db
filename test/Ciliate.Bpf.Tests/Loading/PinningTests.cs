using Ciliate.Linux;
using Xunit;

namespace Ciliate.Bpf.Tests.Loading;

public sealed class PinningTests
{
    private readonly ObjectSpec _spec = Fixture.Open("pinned");

    [Fact]
    public void A_pinned_map_is_made_once_and_found_by_the_next_load()
    {
        using var pins = new PinDirectory();
        using var loader = new BpfLoader();
        var options = new LoadOptions { PinDirectory = pins.Path };
        using (LoadedObject first = loader.Load(_spec, options))
        {
            first.Map("kept").As<uint, uint>().Update(1, 77);
        }

        using LoadedObject second = loader.Load(_spec, options);

        Assert.Equal(77, second.Run("use"));
        Assert.Equal(["also_kept", "kept"], pins.Names);
    }

    [Fact]
    public void A_pinned_map_that_differs_is_named_with_the_difference()
    {
        using var pins = new PinDirectory();
        using var loader = new BpfLoader();
        var options = new LoadOptions { PinDirectory = pins.Path };
        loader.Load(_spec, options).Dispose();
        ObjectSpec larger = _spec.Clone();
        larger.ConfigureMap("kept", map => map with { MaxEntries = 32 });

        var error = Assert.Throws<MapMismatchException>(() => loader.Load(larger, options));

        Assert.Equal($"map kept pinned at {pins["kept"]} has max entries 16, the object needs 32", error.Message);
    }

    [Fact]
    public void A_load_that_fails_takes_its_pins_back_and_leaves_older_ones()
    {
        using var pins = new PinDirectory();
        using var loader = new BpfLoader();
        using var older = BpfMap.Create(_spec.Map("also_kept"));
        older.Pin(pins["also_kept"]);
        ObjectSpec broken = _spec.Clone();
        broken.SetConstant("broken", true);

        Assert.Throws<VerifierException>(() => loader.Load(broken, new LoadOptions { PinDirectory = pins.Path }));

        Assert.Equal(["also_kept"], pins.Names);
    }

    [Fact]
    public void Without_a_pin_directory_a_pinned_map_is_an_error()
    {
        Assert.Equal("pinned.bpf.o: map kept is pinned by name, but no pin directory is given",
            Assert.Throws<ArgumentException>(() => Fixture.Load(_spec)).Message);
    }

    [Fact]
    public void A_pin_of_another_kind_is_refused()
    {
        using var pins = new PinDirectory();
        using var map = BpfMap.Create(_spec.Map("kept"));
        map.Pin(pins["it"]);

        Assert.Throws<LinuxException>(() => BpfLink.OpenPinned(pins["it"]));
        Assert.Throws<LinuxException>(() => BpfProgram.OpenPinned(pins["it"]));
        using var opened = BpfMap.OpenPinned(pins["it"]);
        Assert.Equal(map.Info.Id, opened.Info.Id);
    }

    [Fact]
    public void A_program_can_be_pinned()
    {
        using var pins = new PinDirectory();
        using (LoadedObject loaded = Fixture.Load("programs", "answer_of_constant"))
        {
            loaded.Program("answer_of_constant").Pin(pins["program"]);
        }

        using var program = BpfProgram.OpenPinned(pins["program"]);
        Assert.Equal(42, program.TestRun(new TestRunInput { Data = Fixture.Frame }).ReturnValue);
    }
}
