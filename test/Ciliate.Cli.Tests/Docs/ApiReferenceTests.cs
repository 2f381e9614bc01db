using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Ciliate.Api;

namespace Ciliate.Cli.Tests.Docs;

/// <summary>The shape of the JSON is fixed by the examples of the reference: they are what the code reads and writes, to the letter.</summary>
public sealed class ApiReferenceTests
{
    private static readonly Assembly Api = typeof(ApiJson).Assembly;

    public static TheoryData<string> Names => [.. Repository.Examples().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_example_is_what_the_code_writes(string name)
    {
        JsonTypeInfo type = TypeOf(name);
        object value = JsonSerializer.Deserialize(Repository.Example(name), type)!;
        Assert.Equal(Repository.Example(name), JsonText.Write(JsonSerializer.SerializeToElement(value, type), indented: true));
    }

    [Fact]
    public void Every_type_that_travels_has_an_example()
    {
        IEnumerable<string> travelling = typeof(ApiJson).GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .Select(type => type.IsGenericType ? type.GenericTypeArguments[0].Name : type.Name);
        IEnumerable<string> shown = Repository.Examples().Keys.Select(name => name.Replace("[]", "", StringComparison.Ordinal));
        // One policy is shown inside the list of all.
        Assert.Equal(travelling.Except(["PolicyResource"]).Distinct().Order(), shown.Order());
    }

    [Fact]
    public void Every_field_is_explained()
    {
        string reference = Repository.Read("docs/api.md");
        string[] fields = [.. Travelling().SelectMany(type => type.Properties).Select(property => property.Name).Distinct()];
        Assert.Contains("container-name", fields);
        string[] missing = [.. fields
            .Where(field => !Regex.IsMatch(reference, $@"`[^`\n]*(?<![\w-]){Regex.Escape(field)}(?![\w-])[^`\n]*`"))];
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("""{"labels":[],"netns":"/x","colour":"red"}""")]
    [InlineData("""{"labels":[],"netns":"/x","addressing":{"ipv5":"x"}}""")]
    [InlineData("""{"netns":"/x"}""")]
    [InlineData("""{"labels":null,"netns":"/x"}""")]
    public void A_request_with_a_field_too_many_or_too_few_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ApiJson.Default.EndpointChangeRequest));

    private static JsonTypeInfo TypeOf(string name)
    {
        Type type = name.EndsWith("[]", StringComparison.Ordinal)
            ? typeof(IReadOnlyList<>).MakeGenericType(Api.GetType($"Ciliate.Api.{name[..^2]}", throwOnError: true)!)
            : Api.GetType($"Ciliate.Api.{name}", throwOnError: true)!;
        return ApiJson.Default.GetTypeInfo(type)!;
    }

    private static IEnumerable<JsonTypeInfo> Travelling() => Api.GetTypes()
        .Where(type => type is { IsClass: true, IsPublic: true })
        .Select(type => ApiJson.Default.GetTypeInfo(type))
        .OfType<JsonTypeInfo>()
        .Where(type => type.Kind == JsonTypeInfoKind.Object);
}
