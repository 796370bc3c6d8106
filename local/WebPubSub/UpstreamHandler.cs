namespace Byon.Local.WebPubSub;

/// <summary>An event handler of a hub, as the hub's settings in Azure have it.</summary>
/// <param name="Hub">The hub whose events it gets.</param>
/// <param name="Url">Where they are posted.</param>
/// <param name="SystemEvents">Of connect, connected and disconnected.</param>
/// <param name="UserEvents">Whether it gets what clients send as events; without that, such an event ends the connection.</param>
public sealed record UpstreamHandler(string Hub, Uri Url, IReadOnlyCollection<string> SystemEvents, bool UserEvents = false);
