namespace Ciliate.AbiGen;

/// <summary>The command line: abigen --object a.bpf.o --namespace N --output F [--type NAME]… [--prefix P]… [--table NAME]</summary>
/// <param name="Table">Name of the class that lists the layouts; objects that share a namespace need different ones.</param>
public sealed record Options(string ObjectFile, string Namespace, string Output, string Table, IReadOnlyList<string> Types, IReadOnlyList<string> Prefixes)
{
    private const string Usage = "usage: abigen --object FILE --namespace NAME --output FILE [--type NAME]... [--prefix TEXT]... " +
        "[--table NAME]";

    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, List<string>>
        {
            ["--object"] = [],
            ["--namespace"] = [],
            ["--output"] = [],
            ["--type"] = [],
            ["--prefix"] = [],
            ["--table"] = [],
        };
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (!values.TryGetValue(arguments[i], out List<string>? list))
            {
                throw new UsageException($"unknown option {arguments[i]}; {Usage}");
            }

            list.Add(i + 1 < arguments.Count ? arguments[i + 1] : throw new UsageException($"{arguments[i]} needs a value; {Usage}"));
        }

        return new Options(One("--object"), One("--namespace"), One("--output"), AtMostOne("--table") ?? "AbiLayout", values["--type"], values["--prefix"]);

        string? AtMostOne(string option) => values[option].Count == 0 ? null : One(option);

        string One(string option) =>
            values[option] is [var value] ? value : throw new UsageException($"{option} is needed exactly once; {Usage}");
    }
}

public sealed class UsageException(string message) : Exception(message);

/// <summary>A type cannot be said in C#. One line that names it.</summary>
public sealed class AbiException(string message) : Exception(message);
