namespace Byon.MediaNode;

/// <summary>How this node behaves as a SIP user agent.</summary>
/// <param name="SessionInterval"><c>Node__Sip__SessionSeconds</c> (1800): session timer (RFC 4028) to ask for and to grant at most.</param>
/// <param name="Preconditions"><c>Node__Sip__Preconditions</c> (false): name the state of resources in our offers (RFC 3312).</param>
public sealed record NodeSipOptions(TimeSpan SessionInterval, bool Preconditions)
{
    internal static NodeSipOptions Read(SettingReader settings) => new(
        TimeSpan.FromSeconds(settings.Number("Node:Sip:SessionSeconds", 1800, 90, 86_400)),
        settings.Flag("Node:Sip:Preconditions", false));
}
