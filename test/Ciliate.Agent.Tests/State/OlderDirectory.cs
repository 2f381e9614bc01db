namespace Ciliate.Agent.Tests.State;

/// <summary>A state directory as agents left it before identities had a journal and policies' files their revision.</summary>
internal static class OlderDirectory
{
    public const string LongName = "a-name-that-is-too-long-for-any-directory.a-name-that-is-too-long-for-any-directory.a-name-that-is-too-long-for-any-directory"
        + ".a-name-that-is-too-long-for-any-directory.a-name-that-is-too-long-for-any-directory.a-name-that-is-too-long";

    private const string Endpoint = """
        {
          "id": 7, "name": "web", "labels": ["container:app=web"], "identity": 300, "named-ports": ["http=80/tcp"],
          "namespace-path": "/nonexistent/ns", "container-interface": "eth0", "host-interface": "cil7", "host-if-index": 4711,
          "host-mac": "02:00:00:00:00:07", "container-mac": "02:00:00:00:01:07", "i-pv4": "10.101.0.9", "created": "2026-01-01T00:00:00+00:00"
        }
        """;

    private const string Identities = """
        {
          "next": 310,
          "identities": [
            {"id": 300, "labels": ["container:app=web"]},
            {"id": 301, "labels": ["container:app=gone"], "released": "2026-01-01T00:00:00+00:00"},
            {"id": 16777300, "labels": [], "prefix": "192.0.2.0/24"}
          ],
          "next-local": 16777310
        }
        """;

    private const string Index = $$"""
        {
          "revision": 9, "next-rule": 45,
          "origins": [
            {"name": "outside", "file": "outside.yaml", "revision": 4},
            {"name": "db", "file": "db.yaml", "revision": 9, "namespace": "shop", "kind": "NetworkPolicy"},
            {"name": "{{LongName}}", "file": "long.yaml", "revision": 5}
          ],
          "rules": [
            {"id": 40, "text": "outside/egress[0]"},
            {"id": 42, "text": "knp:shop/db/ingress[0]"},
            {"id": 44, "text": "gone/ingress[0]", "released": "2026-01-01T00:00:00+00:00"}
          ]
        }
        """;

    private const string Outside = """
        {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: outside},
         spec: {endpointSelector: {}, egress: [{toCIDR: [192.0.2.0/24]}]}}
        """;

    private const string Database = """
        {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop},
         spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{}]}}
        """;

    private const string Long = $$"""
        {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: {{LongName}} },
         spec: {endpointSelector: {matchLabels: {app: none} }, ingress: [{}] } }
        """;

    /// <summary>Content by path relative to the directory.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["endpoints/7.json"] = Endpoint,
        ["identities.json"] = Identities,
        ["policies.json"] = Index,
        ["policies/_outside.yaml"] = Outside,
        ["policies/knp_shop_db.yaml"] = Database,
        [$"policies/_{LongName}.yaml"] = Long,
        // What a crash left: the index does not name it.
        ["policies/_left.yaml"] = Outside,
    };

    public static void Write(string directory)
    {
        foreach (var (file, content) in Files)
        {
            string path = Path.Combine(directory, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }
    }
}
