using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ciliate.Agent.Configuration;

/// <summary>Reads a file of <c>option: value</c> lines, in YAML. Anything but one flat mapping of known options is refused.</summary>
public static class ConfigurationFile
{
    /// <summary>The values in the file, each with its line.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, is no YAML, or holds an unknown key.</exception>
    public static IReadOnlyList<OptionValue> Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Parse(path, new Parser(reader));
        }
        catch (YamlException error)
        {
            throw new ConfigurationException($"{path}:{error.Start.Line}: not valid YAML: {FirstLine(error.Message)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"cannot read configuration file {path}: {FirstLine(error.Message)}", error);
        }
    }

    private static List<OptionValue> Parse(string path, Parser parser)
    {
        parser.Consume<StreamStart>();
        var values = new List<OptionValue>();
        if (parser.TryConsume<StreamEnd>(out _))
            return values;
        parser.Consume<DocumentStart>();
        if (parser.Current is Scalar { Value.Length: 0 })
            return values;
        if (!parser.TryConsume<MappingStart>(out _))
            throw new ConfigurationException($"{path}: expected lines of 'option: value'");
        while (!parser.TryConsume<MappingEnd>(out _))
            values.Add(ReadPair(path, parser, values));
        parser.Consume<DocumentEnd>();
        if (!parser.TryConsume<StreamEnd>(out _))
            throw new ConfigurationException($"{path}: holds more than one document; put all options into one");
        return values;
    }

    private static OptionValue ReadPair(string path, Parser parser, List<OptionValue> seen)
    {
        if (!parser.TryConsume<Scalar>(out Scalar? key))
            throw new ConfigurationException($"{path}:{parser.Current!.Start.Line}: a key must be the name of an option");
        AgentOption option = AgentOptions.Find(key.Value)
            ?? throw new ConfigurationException($"{path}:{key.Start.Line}: unknown option '{key.Value}'{Hint(key.Value)}; ciliated --help lists them");
        if (seen.Any(value => value.Option == option))
            throw new ConfigurationException($"{path}:{key.Start.Line}: option '{key.Value}' is given twice");
        if (!parser.TryConsume<Scalar>(out Scalar? text))
            throw new ConfigurationException($"{path}:{key.Start.Line}: option '{key.Value}' needs one plain value");
        return new OptionValue(option, text.Value, $"{path}:{key.Start.Line}");
    }

    private static string Hint(string name) => NearestName.Hint(name, AgentOptions.All.Select(option => option.Name));

    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
