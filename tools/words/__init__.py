"""What the program says, and its catalogues in other languages.

python -m tools.words update     bring the catalogues up to what the source says, and compile them
python -m tools.words check      fail where a person would meet English in another language
python -m tools.words missing    print the English that has no translation yet, a language at a time
"""
