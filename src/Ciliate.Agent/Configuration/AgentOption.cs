namespace Ciliate.Agent.Configuration;

/// <summary>One option, declared once: flag, environment variable, key of the file, help and documentation all come from here.</summary>
/// <param name="Name">The key in the file, and with two dashes the flag.</param>
/// <param name="Default">As it would be written in the file.</param>
/// <param name="Values">What may be given.</param>
/// <param name="Meaning">One sentence.</param>
public sealed record AgentOption(string Name, string Default, string Values, string Meaning)
{
    public string Flag => "--" + Name;

    public string EnvironmentVariable => "CILIATE_" + Name.ToUpperInvariant().Replace('-', '_');
}

/// <summary>A value and where it came from, such as <c>default</c>, a file with line, a variable or a flag.</summary>
public sealed record OptionValue(AgentOption Option, string Text, string Source);
