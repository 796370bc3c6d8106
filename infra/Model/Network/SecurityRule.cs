namespace Byon.Infra.Model.Network;

public enum RuleProtocol
{
    Any,
    Udp,
    Tcp,
}

/// <summary>One inbound rule of a network security group.</summary>
/// <param name="Priority">100 to 4096; the lowest that matches decides.</param>
/// <param name="Sources">CIDR prefixes, or a service tag.</param>
/// <param name="Ports">Null: every port, which only a denial may say.</param>
public sealed record SecurityRule(
    string Name, int Priority, bool Allow, RuleProtocol Protocol, IReadOnlyList<string> Sources, PortRange? Ports)
{
    public const string Internet = "Internet";
    public const string Anywhere = "*";
}
