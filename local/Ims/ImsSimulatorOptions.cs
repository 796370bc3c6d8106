using System.Net;

namespace Byon.Local.Ims;

/// <param name="Address">Bound for UDP and TCP; a port of 0 takes a free one.</param>
/// <param name="Domain">Home network domain of all subscribers and phones, and the digest realm.</param>
public sealed record ImsSimulatorOptions(IPEndPoint Address, string Domain, IReadOnlyList<ImsSubscriber> Subscribers)
{
    /// <summary>How long the phone that answers rings first.</summary>
    public TimeSpan AnswersAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the phone that answers plays its tone before it echoes.</summary>
    public TimeSpan ToneBeforeEcho { get; init; } = TimeSpan.FromSeconds(2);
}
