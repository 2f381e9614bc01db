namespace Ciliate.Api;

/// <summary>The body of every answer that is not a success.</summary>
/// <param name="Error">One line that names the thing and says what to do.</param>
/// <param name="Code">One of <see cref="ApiErrorCode"/>.</param>
public sealed record ApiError(string Error, string Code);
