using System.CommandLine;

namespace Ciliate.Cli;

/// <summary>Of all that is wrong with a command line, the one thing to tell: the parser lists consequences beside causes.</summary>
internal static class UsageError
{
    public static string Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = CommandTree.PathOf(command);
        bool isGroup = command.Subcommands.Count > 0;
        if (parsed.UnmatchedTokens is [var unknown, ..])
            return isGroup && !unknown.StartsWith('-') ? $"\"{unknown}\" is not a command of {path}" : $"\"{unknown}\" is not understood by {path}";
        if (isGroup)
            return $"{path} needs a command: {string.Join(", ", command.Subcommands.Select(subcommand => subcommand.Name))}";
        if (command.Arguments.FirstOrDefault(argument => IsMissing(argument, parsed)) is { } missing)
            return $"{path} needs {missing.Name}";
        string message = OneLine.Of(parsed.Errors[0].Message).TrimEnd('.');
        return $"{char.ToLowerInvariant(message[0])}{message[1..]}";
    }

    private static bool IsMissing(Argument argument, ParseResult parsed) =>
        argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 };
}
