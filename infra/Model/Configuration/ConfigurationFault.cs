namespace Byon.Infra.Model.Configuration;

/// <summary>What an operator has to change before anything is created.</summary>
/// <param name="Key">The configuration key, without its namespace.</param>
public sealed record ConfigurationFault(string Key, string Problem)
{
    public override string ToString() => $"{ConfigurationKeys.Namespace}:{Key} {Problem}";
}
