using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Programs;

/// <summary>The programs of an endpoint as people see them: a column for each, and below it the constants.</summary>
internal static class ProgramView
{
    public static TableView Of(EndpointProgramResource found) => new(
        ["", .. found.Programs.Select(program => program.Name.ToUpperInvariant())],
        [
            Row(found, "programs", _ => State(found)),
            Row(found, "kernel id", program => program.KernelId == 0 ? new Cell("does not run", CellStyle.Bad) : Number(program.KernelId)),
            Row(found, "instructions", Sizes),
            Row(found, "machine code", program => $"{Number(program.JitedBytes)} bytes"),
            Row(found, "verified", program => $"{Number(program.Instructions.Verified)} instructions"),
            Row(found, "made in", program => Milliseconds(program.MakingSeconds)),
            Row(found, "loaded in", program => Milliseconds(program.LoadingSeconds)),
            .. Lists(found, "features in", program => program.Features),
            .. Lists(found, "features out", program => program.RemovedFeatures),
            .. Lists(found, "maps", program => program.Maps),
            .. Lists(found, "maps out", program => program.RemovedMaps),
            .. Lists(found, "functions out", program => program.RemovedFunctions),
            .. Constants(found),
        ]);

    private static Cell State(EndpointProgramResource found) => found.State switch
    {
        ProgramState.Tailored => new Cell("its own", CellStyle.Good),
        ProgramState.Pending => "shared by all endpoints; its own are being made",
        ProgramState.Refused => new Cell($"shared by all endpoints: {found.Refusal}", CellStyle.Bad),
        _ => "shared by all endpoints",
    };

    private static Cell Sizes(ProgramResource program)
    {
        ProgramInstructions sizes = program.Instructions;
        return string.Create(CultureInfo.InvariantCulture, $"{sizes.Generic} -> {sizes.Loaded} -> {sizes.Translated}");
    }

    /// <summary>One to a line.</summary>
    private static IEnumerable<Cell[]> Lists(EndpointProgramResource found, string name, Func<ProgramResource, IReadOnlyList<string>> list)
    {
        int lines = Math.Max(1, found.Programs.Select(program => list(program).Count).DefaultIfEmpty().Max());
        return Enumerable.Range(0, lines).Select(line => Row(found, line == 0 ? name : "", program =>
            list(program).ElementAtOrDefault(line) ?? (line == 0 ? "-" : "")));
    }

    /// <summary>Both programs are given the same ones; each reads some.</summary>
    private static IEnumerable<Cell[]> Constants(EndpointProgramResource found) => found.Programs
        .SelectMany(program => program.Constants).Select(constant => constant.Name).Distinct().Order(StringComparer.Ordinal)
        .Select(name => Row(found, name, program => program.Constants.FirstOrDefault(constant => constant.Name == name)?.Value ?? "-"));

    private static Cell[] Row(EndpointProgramResource found, string name, Func<ProgramResource, Cell> value) =>
        [new Cell(name, CellStyle.Muted), .. found.Programs.Select(value)];

    private static string Milliseconds(double? seconds) => seconds is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time * 1000:0.0} ms") : "-";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
