using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ciliate.Linux;
using Ciliate.Policy;

namespace Ciliate.Agent.State;

/// <summary>What outlives the agent, as files below one directory:
/// <c>endpoints/ID.json</c>, <c>policies/NAMESPACE_NAME@REVISION.yaml</c> (the namespace may be empty; kinds other than CiliumNetworkPolicy stand in front), <c>policies.json</c>,
/// <c>objects/SHA256.o</c> and <c>identities.journal</c>. A file is replaced as a whole, a <see cref="Journal"/> gets one record more, so that a crash leaves the old or the new. <c>policies.json</c> says which policies there are: a policy's file is
/// written before it is named there and deleted after, and what it does not name is what a crash left; so it is with an
/// object and the endpoints' files.</summary>
public sealed partial class StateStore
{
    private readonly string _directory;
    private readonly string _endpoints;
    private readonly string _policies;
    private readonly string _objects;
    private readonly string _policyIndex;
    private readonly IdentityJournal _identities;

    /// <exception cref="StateException">The directories cannot be made.</exception>
    public StateStore(string directory)
    {
        _directory = directory;
        _endpoints = Path.Combine(directory, "endpoints");
        _policies = Path.Combine(directory, "policies");
        _objects = Path.Combine(directory, "objects");
        _identities = new IdentityJournal(Path.Combine(directory, IdentityFile));
        Disk = new StateDisk(directory);
        _policyIndex = Path.Combine(directory, "policies.json");
        try
        {
            MakeDirectories();
            foreach (string place in Places)
                RemoveUnfinished(place);
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            throw new StateException($"cannot make state directory {directory}: {error.Message}", error);
        }

        TakeOverOlder();
    }

    // No name of a policy has one.
    private const char RevisionMark = '@';

    /// <summary>Of all files.</summary>
    internal const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const string IdentityFile = "identities.journal";

    public StateDisk Disk { get; }

    /// <summary>Whether a file below a state directory is one that an agent writes.</summary>
    /// <param name="file">Relative to the state directory.</param>
    public static bool IsOurs(string file) =>
        Path.GetFileName(file).StartsWith(AtomicFile.TemporaryPrefix, StringComparison.Ordinal)
        || (Path.GetDirectoryName(file), Path.GetExtension(file)) is ("endpoints", ".json") or ("policies", ".yaml") or ("objects", ObjectExtension)
        || file is IdentityFile or OlderState.IdentityFile or "policies.json" or LockFile;

    /// <summary>The file by whose lock an agent holds its state directory.</summary>
    public const string LockFile = "lock";

    /// <exception cref="StateException">A file is torn, invalid or not what its name says.</exception>
    public IReadOnlyList<StoredEndpoint> ReadEndpoints() =>
    [
        .. Files(_endpoints, ".json").Select(path =>
        {
            StoredEndpoint endpoint = Parse(path, StateJson.Default.StoredEndpoint);
            return path == EndpointPath(endpoint.Id) ? endpoint : throw Invalid(path, $"it holds endpoint {endpoint.Id}");
        }),
    ];

    public void WriteEndpoint(StoredEndpoint endpoint) =>
        Write(EndpointPath(endpoint.Id), JsonSerializer.SerializeToUtf8Bytes(endpoint, StateJson.Default.StoredEndpoint));

    /// <summary>Safe to repeat.</summary>
    public void DeleteEndpoint(ushort id) => Disk.Delete(EndpointPath(id));

    /// <inheritdoc cref="IdentityJournal.Read"/>
    /// <param name="problem">Tells of a record at the end that is not whole, or of endpoints without any record.</param>
    public StoredIdentities ReadIdentities(out string? problem)
    {
        StoredIdentities read = _identities.Read(out problem);
        // An endpoint's number is on the disk before the endpoint.
        if (read.Identities.Count == 0 && Files(_endpoints, ".json").FirstOrDefault() is { } endpoint)
        {
            problem ??= $"state file {PathOf(IdentityFile)} is missing or empty, but there is {endpoint}: endpoints keep the numbers in their own files, "
                + "others that were given out may come to stand for something else; restore it from a backup if there is one";
        }

        return read;
    }

    /// <inheritdoc cref="IdentityJournal.Add"/>
    /// <exception cref="AgentException">The disk does not take it.</exception>
    public void AddIdentities(StoredIdentities fresh, Func<StoredIdentities> all) => Disk.Write(PathOf(IdentityFile), () => _identities.Add(fresh, all));

    /// <summary>Null when none was ever written.</summary>
    /// <exception cref="StateException">It is torn or invalid, or gone while policies are there.</exception>
    public StoredPolicies? ReadPolicyIndex()
    {
        if (File.Exists(_policyIndex))
            return Parse(_policyIndex, StateJson.Default.StoredPolicies);
        return Files(_policies, ".yaml").FirstOrDefault() is { } policy
            ? throw new StateException($"state file {_policyIndex} is missing, but there is {policy}; restore it, or move {_policies} away to start without policies")
            : null;
    }

    public StagedState StagePolicyIndex(StoredPolicies policies) =>
        new(Disk, _policyIndex, JsonSerializer.SerializeToUtf8Bytes(policies, StateJson.Default.StoredPolicies));

    /// <summary>The text of a policy that the index names.</summary>
    /// <exception cref="StateException">Its file is missing, or not as it was written.</exception>
    public string ReadPolicy(PolicyKey key, long revision)
    {
        string path = PolicyPath(key, revision);
        if (File.Exists(path))
        {
            return Checksum.TryOpen(ReadBytes(path), out ReadOnlySpan<byte> text)
                ? Decode(path, text)
                : throw Invalid(path, "it is not as it was written: its last line does not have the checksum of what is before");
        }

        throw new StateException($"state file {path} of policy '{key}' is missing; restore it, or take the policy out of {_policyIndex} to start without it");
    }

    public StagedState StagePolicy(PolicyKey key, long revision, string yaml) => new(Disk, PolicyPath(key, revision), Checksum.Seal(yaml));

    /// <summary>Brings to the disk which policies' files are in their places.</summary>
    /// <exception cref="AgentException">The disk does not take it.</exception>
    public void SyncPolicies() => Disk.Write(_policies, () => FileSystem.SyncDirectory(_policies));

    /// <summary>Safe to repeat.</summary>
    public void DeletePolicies(IReadOnlyCollection<string> paths) => Disk.Delete(paths);

    /// <summary>The directories that hold the files.</summary>
    private string[] Places => [_directory, _endpoints, _policies, _objects];

    /// <summary>Somebody took away a directory or a file that every change needs.</summary>
    public bool LacksPlace => !Places.All(Directory.Exists) || !File.Exists(_policyIndex) || LostIdentities is not null;

    /// <summary>The path of the identities' file when somebody took it away or cut it; null while it is as it was written.</summary>
    public string? LostIdentities => _identities.IsLost ? PathOf(IdentityFile) : null;

    /// <summary>Makes the directories that are not there.</summary>
    /// <exception cref="AgentException">The disk does not take them.</exception>
    public void MakePlaces() => Disk.Write(_directory, MakeDirectories);

    /// <summary>Another one when a file came or went; all directories are there.</summary>
    public string Stamp() => string.Join('\n', Places.Select(FileStamp.Of));

    /// <summary>Paths of all files; all directories are there.</summary>
    public IEnumerable<string> AllPaths() => Places.SelectMany(Directory.EnumerateFiles);

    /// <summary>Paths of all policies that were written, whether or not the index names them.</summary>
    public IEnumerable<string> PolicyPaths() => Files(_policies, ".yaml");

    /// <summary>Where a file of that name relative to the directory is.</summary>
    public string PathOf(string file) => Path.Combine(_directory, file);

    public string PolicyIndexPath => _policyIndex;

    public string PolicyPath(PolicyKey key, long revision) =>
        Path.Combine(_policies, PolicyFileName(key, string.Create(CultureInfo.InvariantCulture, $"{RevisionMark}{revision}.yaml")));

    /// <summary>Where <see cref="OlderState"/> has it.</summary>
    internal string OlderPolicyPath(PolicyKey key) => Path.Combine(_policies, PolicyFileName(key, ".yaml"));

    internal static bool IsWithoutRevision(string policyPath) => !Path.GetFileName(policyPath).Contains(RevisionMark, StringComparison.Ordinal);

    /// <summary>The error of a file that is not what it should be.</summary>
    public static StateException Invalid(string path, string problem, Exception? inner = null)
    {
        string message = $"state file {path} is not valid ({problem}); restore it from a backup, or move it away to start without it";
        return inner is null ? new StateException(message) : new StateException(message, inner);
    }

    public string EndpointPath(ushort id) => Path.Combine(_endpoints, id.ToString(CultureInfo.InvariantCulture) + ".json");

    /// <summary>A name that no directory can hold is cut, and made unique again by its hash. Names of policies are ASCII.</summary>
    private static string PolicyFileName(PolicyKey key, string extension)
    {
        const int longest = 255, hashDigits = 64;
        string kind = key.Kind switch
        {
            PolicyKind.CiliumClusterwideNetworkPolicy => "ccnp_",
            PolicyKind.NetworkPolicy => "knp_",
            _ => "",
        };
        string name = $"{kind}{key.Namespace}_{key.Name}";
        return name.Length + extension.Length <= longest
            ? name + extension
            : $"{name[..(longest - extension.Length - hashDigits - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}{extension}";
    }

    private static IEnumerable<string> Files(string directory, string extension) =>
        Directory.EnumerateFiles(directory).Where(path => path.EndsWith(extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    internal static T Parse<T>(string path, JsonTypeInfo<T> type) => Parse(path, ReadText(path), type);

    internal static T Parse<T>(string path, string text, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw Invalid(path, "it holds null");
        }
        catch (JsonException error)
        {
            throw Invalid(path, error.Message.Split('\n', 2)[0], error);
        }
    }

    /// <exception cref="StateException">It cannot be read or is not text.</exception>
    internal static string ReadText(string path) => Decode(path, ReadBytes(path));

    private static string Decode(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            throw Invalid(path, "it is not UTF-8 text", error);
        }
    }

    /// <exception cref="StateException">It cannot be read.</exception>
    internal static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StateException($"cannot read state file {path}: {error.Message}", error);
        }
    }

    private void Write(string path, byte[] content)
    {
        using var staged = new StagedState(Disk, path, content);
        staged.Replace();
    }

    private void MakeDirectories()
    {
        foreach (string made in Places)
            FileSystem.MakeDirectoryForGood(made);
    }

    private void TakeOverOlder()
    {
        try
        {
            new OlderState(this, _identities).TakeOver();
        }
        catch (LinuxException error)
        {
            throw new StateException($"cannot take over what an older agent left in {_directory}: {error.Message}", error);
        }
        catch (FormatException error)
        {
            throw Invalid(_policyIndex, error.Message, error);
        }
    }

    /// <summary>What a write left that was cut short.</summary>
    private static void RemoveUnfinished(string directory)
    {
        foreach (string path in Directory.GetFiles(directory, AtomicFile.TemporaryPrefix + "*"))
            FileSystem.Remove(path);
    }
}
