namespace Ciliate.Fuzz.Campaigns;

/// <summary>A run that could not do its work. The message is one line.</summary>
internal sealed class CampaignException(string message) : Exception(message);
