using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>All that travels over the API. Names are kebab-case unless a member says otherwise; null is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(StatusResource))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationEntry>))]
[JsonSerializable(typeof(EndpointChangeRequest))]
[JsonSerializable(typeof(LabelConfigurationSpec))]
[JsonSerializable(typeof(EndpointResource))]
[JsonSerializable(typeof(IReadOnlyList<EndpointResource>))]
[JsonSerializable(typeof(EndpointHookRequest))]
[JsonSerializable(typeof(EndpointHookResource))]
[JsonSerializable(typeof(IReadOnlyList<EndpointHookResource>))]
[JsonSerializable(typeof(EndpointProgramResource))]
[JsonSerializable(typeof(IReadOnlyList<IdentityEntry>))]
[JsonSerializable(typeof(PolicyList))]
[JsonSerializable(typeof(PolicyResource))]
[JsonSerializable(typeof(IReadOnlyList<PolicyFile>))]
[JsonSerializable(typeof(PolicyChange))]
[JsonSerializable(typeof(PolicyTrial))]
[JsonSerializable(typeof(ExplainResource))]
[JsonSerializable(typeof(Flow))]
[JsonSerializable(typeof(LostFlows))]
[JsonSerializable(typeof(IReadOnlyList<PolicyMapEntry>))]
[JsonSerializable(typeof(IReadOnlyList<FlowMapEntry>))]
[JsonSerializable(typeof(IReadOnlyList<IpcacheMapEntry>))]
[JsonSerializable(typeof(IReadOnlyList<EndpointMapEntry>))]
[JsonSerializable(typeof(IReadOnlyList<NatMapEntry>))]
public sealed partial class ApiJson : JsonSerializerContext;
