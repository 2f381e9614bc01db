using System.Text;
using Ciliate.Linux;

namespace Ciliate.Agent.State;

/// <summary>
/// A state file of records that are only ever added, so that a change costs what is changed and not what is there:
/// <code>
/// CHECKSUM RECORD\n    16 hexadecimal digits of the SHA-256 of the record, and the record, which is one line of text
/// </code>
/// A record is on the disk before the next one is begun, so after a power failure only the last one can be torn: it was never confirmed and counts for
/// nothing. A bad one before the last was damaged by something else, and the file is refused.
/// </summary>
internal sealed class Journal(string path)
{
    /// <summary>Less is not worth to be written anew.</summary>
    private const long SmallSize = 64 * 1024;

    private long _length;
    private long _lengthWhenNew;

    /// <summary>There is no file yet, or most of it may be superseded by now: it is to be written anew, not to be added to. So what a record costs is the
    /// same, however many there were.</summary>
    public bool IsToBeReplaced => _length == 0 || IsLost || _length - _lengthWhenNew > Math.Max(_lengthWhenNew, SmallSize);

    /// <summary>Somebody took the file away or cut it.</summary>
    public bool IsLost => _length > 0 && !(new FileInfo(path) is { Exists: true } file && file.Length >= _length);

    /// <summary>The records that were confirmed, in order; none when there is no file.</summary>
    /// <param name="torn">Tells of a record at the end that is not whole.</param>
    /// <exception cref="StateException">A record before the last is damaged, or the file cannot be read.</exception>
    public IReadOnlyList<string> Read(out string? torn)
    {
        torn = null;
        var records = new List<string>();
        byte[] content = File.Exists(path) ? StateStore.ReadBytes(path) : [];
        int start = 0;
        while (start < content.Length)
        {
            int length = content.AsSpan(start).IndexOf((byte)'\n');
            int next = length < 0 ? content.Length : start + length + 1;
            if (length < 0 || Parse(content.AsSpan(start, length)) is not { } record)
            {
                string place = $"line {records.Count + 1} of state file {path}";
                if (next < content.Length)
                    throw StateStore.Invalid(path, $"line {records.Count + 1} does not have the checksum before it");
                torn = length < 0
                    ? $"{place} was not written to its end when the machine stopped; it was never in force and is left out"
                    : $"{place} does not have the checksum before it and is left out; it is torn if the machine lost its power, else somebody has changed it";
                break;
            }

            records.Add(record);
            start = next;
        }

        (_length, _lengthWhenNew) = (start, start);
        return records;
    }

    /// <summary>Adds a record; when it returns it is on the disk.</summary>
    /// <exception cref="LinuxException">It is not; the next call may be tried all the same.</exception>
    public void Append(string record)
    {
        byte[] line = Format(record);
        AppendableFile.Append(path, line, _length);
        _length += line.Length;
    }

    /// <summary>Puts one record in the place of all.</summary>
    /// <exception cref="LinuxException">The file is the old or the new, and is still to be replaced.</exception>
    public void Replace(string record)
    {
        byte[] line = Format(record);
        _length = 0;
        AtomicFile.Write(path, line, StateStore.Mode);
        _length = _lengthWhenNew = line.Length;
    }

    private static byte[] Format(string record)
    {
        byte[] text = Encoding.UTF8.GetBytes(record);
        return [.. Encoding.ASCII.GetBytes(Checksum.Of(text)), (byte)' ', .. text, (byte)'\n'];
    }

    /// <summary>Null when it is not whole.</summary>
    private static string? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length <= Checksum.Digits || line[Checksum.Digits] != ' ')
            return null;
        ReadOnlySpan<byte> text = line[(Checksum.Digits + 1)..];
        return Encoding.ASCII.GetString(line[..Checksum.Digits]) == Checksum.Of(text) ? Encoding.UTF8.GetString(text) : null;
    }
}
