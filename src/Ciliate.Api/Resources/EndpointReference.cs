using System.Globalization;

namespace Ciliate.Api;

/// <summary>How a request names an endpoint: by number (<c>3</c>), or by name (<c>name:web</c>, or just <c>web</c>).
/// All digits is a number, so a name of digits only needs the prefix.</summary>
public readonly record struct EndpointReference(ushort? Id, string? Name)
{
    /// <summary>The highest number that an endpoint can have; the lowest is 1.</summary>
    public const ushort LastId = 4095;

    private const string NamePrefix = "name:";

    /// <summary>False when the text is empty or a number that no endpoint can have.</summary>
    public static bool TryParse(string text, out EndpointReference reference)
    {
        reference = default;
        if (text.StartsWith(NamePrefix, StringComparison.Ordinal))
            reference = new EndpointReference(null, text[NamePrefix.Length..]);
        else if (!text.All(char.IsAsciiDigit))
            reference = new EndpointReference(null, text);
        else if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort id) && id is > 0 and <= LastId)
            reference = new EndpointReference(id, null);
        return reference.Id is not null || !string.IsNullOrEmpty(reference.Name);
    }

    public override string ToString() => Name is null ? Id.GetValueOrDefault().ToString(CultureInfo.InvariantCulture) : $"\"{Name}\"";
}
