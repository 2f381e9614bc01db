using Xunit;

namespace Ciliate.Bpf.Tests.Specs;

public sealed class BrokenObjectTests
{
    [Fact]
    public void A_file_that_is_no_ELF_says_so() =>
        Assert.Equal("x.o: section ELF header: is not there: this is not an ELF file",
            Assert.Throws<BpfObjectException>(() => ObjectSpec.Parse("not an ELF file"u8.ToArray(), "x.o")).Message);

    [Fact]
    public void A_program_for_another_machine_is_refused()
    {
        byte[] file = Fixture.Bytes("programs");
        file[18] = 62;

        Assert.Equal("x.o: section ELF header: is not that of a BPF object: compile with clang -target bpf -c",
            Assert.Throws<BpfObjectException>(() => ObjectSpec.Parse(file, "x.o")).Message);
    }

    [Fact]
    public void A_name_with_a_line_end_stays_on_one_line() =>
        Assert.Equal("x.o: section a\\u000ab: has c\\u001b[2J twice", new BpfObjectException("x.o", "a\nb", "has c\u001b[2J twice").Message);

    [Fact]
    public void Maps_that_are_inside_of_themselves_are_refused() =>
        Assert.Equal("nested_maps.bpf.o: section .maps: map endless.inner has maps inside: the kernel nests maps once",
            Assert.Throws<BpfObjectException>(() => Fixture.Open("nested_maps")).Message);

    [Theory]
    [InlineData("programs")]
    [InlineData("maps")]
    [InlineData("layouts")]
    [InlineData("kernel_functions")]
    public void A_file_cut_anywhere_gives_one_line_that_names_file_and_section(string fixture)
    {
        byte[] file = Fixture.Bytes(fixture);
        for (int length = 0; length < file.Length; length += 16)
        {
            var error = Assert.Throws<BpfObjectException>(() => ObjectSpec.Parse(file.AsMemory(0, length), "cut.o"));
            Assert.StartsWith("cut.o: section ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [InlineData("programs", 1)]
    [InlineData("maps", 2)]
    [InlineData("layouts", 3)]
    [InlineData("kernel_functions", 6)]
    public void Flipped_bytes_give_a_spec_or_a_clear_error(string fixture, int seed)
    {
        byte[] original = Fixture.Bytes(fixture);
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] file = [.. original];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            refused += IsRefused(file) ? 1 : 0;
        }

        Assert.InRange(refused, 50, 2000);
    }

    [Theory]
    [InlineData(".BTF")]
    [InlineData(".BTF.ext")]
    [InlineData(".symtab")]
    [InlineData(".reltc")]
    [InlineData("tc")]
    public void Flipped_bytes_in_one_section_give_a_spec_or_a_clear_error(string section)
    {
        byte[] original = Fixture.Bytes("programs");
        (int start, int length) = Place(original, section);
        var random = new Random(4);
        int refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            byte[] file = [.. original];
            file[start + random.Next(length)] = (byte)random.Next(256);
            refused += IsRefused(file) ? 1 : 0;
        }

        Assert.InRange(refused, 1, 1500);
    }

    [Fact]
    public void Flipped_section_headers_give_a_spec_or_a_clear_error()
    {
        byte[] original = Fixture.Bytes("programs");
        int table = (int)BitConverter.ToUInt64(original, 40);
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            byte[] file = [.. original];
            file[table + random.Next(file.Length - table)] ^= (byte)(1 << random.Next(8));
            _ = IsRefused(file);
        }
    }

    private static (int Start, int Length) Place(byte[] file, string name)
    {
        Elf.ElfSection section = Elf.ElfFile.Parse(file, "x.o").Find(name)!;
        int start = file.AsSpan().IndexOf(section.Data.Span);
        return (start, section.Data.Length);
    }

    private static bool IsRefused(byte[] file)
    {
        try
        {
            var spec = ObjectSpec.Parse(file, "flipped.o");
            foreach (ConstantSpec constant in spec.Constants)
            {
                spec.SetConstant(constant.Name, new byte[constant.Size]);
            }

            foreach (ProgramSpec program in spec.Programs)
            {
                _ = spec.Disassemble(program.Name);
            }

            return false;
        }
        catch (BpfObjectException error)
        {
            Assert.StartsWith("flipped.o: section ", error.Message, StringComparison.Ordinal);
            return true;
        }
    }
}
