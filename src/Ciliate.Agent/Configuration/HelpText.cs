using System.Globalization;
using System.Reflection;
using System.Text;

namespace Ciliate.Agent.Configuration;

/// <summary>What <c>--help</c> and <c>--version</c> print.</summary>
public static class HelpText
{
    public static string Version { get; } =
        (typeof(HelpText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    public static string Help()
    {
        var text = new StringBuilder("""
            ciliated: connects containers and enforces policy between them, by eBPF programs in the kernel.

            Usage: ciliated [--config FILE] [--OPTION VALUE]…
                   ciliated cleanup [--dry-run] [--yes] [--output table|json] [--config FILE] [--OPTION VALUE]…
                   ciliated config [--output table|json] [--config FILE] [--OPTION VALUE]…

            With cleanup it takes off the machine what an agent with these options has left, and ends. With config it
            tells the value and the source of each option, and ends. Without either it runs until it is stopped.
            Defaults give way to the file, the file to CILIATE_* variables, and those to flags.


            """);
        Append(text, "--config", $"Configuration file. [default: {ConfigurationLoader.DefaultFile}]");
        foreach (AgentOption option in AgentOptions.All)
            Append(text, option.Flag, $"{option.Meaning} {Capitalized(option.Values)}. [default: {option.Default}]");
        Append(text, "--version", "Print the version.");
        Append(text, "--help", "Print this.");
        return text.ToString();
    }

    private static void Append(StringBuilder text, string flag, string meaning) =>
        text.Append(CultureInfo.InvariantCulture, $"  {flag,-24} {meaning}\n");

    private static string Capitalized(string values) => char.ToUpperInvariant(values[0]) + values[1..];
}
