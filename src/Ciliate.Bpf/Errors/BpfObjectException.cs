using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>An object file is broken, or asks for something that this library does not do. One line that names file, section and reason.</summary>
public sealed class BpfObjectException : Exception
{
    // Names in a broken file may hold anything.
    public BpfObjectException(string file, string section, string reason) : base(ErrorText.OneLine($"{file}: section {section}: {reason}"))
    {
        File = file;
        Section = section;
    }

    public string File { get; }

    /// <summary>ELF section, or "ELF header" and "section table" for the parts that are none.</summary>
    public string Section { get; }
}
