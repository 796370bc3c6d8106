namespace Byon.Infra.Reference;

public enum SettingProgram
{
    Both,
    Functions,
    MediaNode,
}

/// <summary>A setting that a program reads from its environment.</summary>
/// <param name="Name">As in the environment: <c>Section__Name</c>; an element of a list ends in <c>__0</c>.</param>
/// <param name="Default">Empty where there is none.</param>
public sealed record Setting(SettingProgram Program, string Name, string Default, string Meaning);
