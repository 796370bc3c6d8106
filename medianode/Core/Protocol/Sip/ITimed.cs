namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>What the agent wakes at its deadline.</summary>
internal interface ITimed
{
    Instant? NextTimeout { get; }

    void HandleTimeout(Instant now);
}
